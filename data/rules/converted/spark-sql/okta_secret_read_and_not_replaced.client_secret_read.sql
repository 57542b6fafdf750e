lower(eventType) = lower('app.oauth2.client.read_client_secret') AND lower(outcome.result) = lower('SUCCESS')
