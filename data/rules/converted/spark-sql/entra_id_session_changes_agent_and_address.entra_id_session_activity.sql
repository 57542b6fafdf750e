SessionId is not null AND UserAgent is not null AND lower(ClientAppUsed) = lower('Browser') AND ResultType = 0 AND NOT coalesce(lower(SessionId) = lower(''), false)
