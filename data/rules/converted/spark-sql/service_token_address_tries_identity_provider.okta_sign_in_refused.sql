lower(eventType) = lower('user.session.start') AND lower(outcome.result) = lower('FAILURE')
