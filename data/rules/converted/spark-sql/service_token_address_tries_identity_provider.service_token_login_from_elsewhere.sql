lower(identityProvider) = lower('nonidentity') AND isSuccessfulLogin = 1 AND NOT coalesce(exists(:integration_addresses, listed -> lower(listed) = lower(ipAddress)), false)
