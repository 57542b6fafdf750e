isSuccessfulLogin = 1 AND lower(serviceTokenId) = lower('EXPOSEDSERVICETOKENS')
