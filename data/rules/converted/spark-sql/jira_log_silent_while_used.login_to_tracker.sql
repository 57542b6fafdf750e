isSuccessfulLogin = 1 AND startswith(lower(appId), lower('tracker.'))
