lower(identityProvider) = lower('nonidentity') AND isSuccessfulLogin = 1 AND NOT lower(ipAddress) = lower('INTEGRATIONADDRESSES')
