lower(identityProvider) = lower('nonidentity') AND isSuccessfulLogin = 1
