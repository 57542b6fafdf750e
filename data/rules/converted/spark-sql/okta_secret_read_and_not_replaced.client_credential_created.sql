lower(eventType) = lower('app.oauth2.credentials.lifecycle.create') AND lower(outcome.result) = lower('SUCCESS')
