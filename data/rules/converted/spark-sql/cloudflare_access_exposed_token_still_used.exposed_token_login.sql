isSuccessfulLogin = 1 AND lower(serviceTokenId) = lower('EXPOSEDSERVICETOKENS') AND NOT lower(ipAddress) = lower('INTEGRATIONADDRESSES')
