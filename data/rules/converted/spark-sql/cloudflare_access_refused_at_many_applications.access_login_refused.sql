lower(Action) = lower('login') AND Allowed = false
