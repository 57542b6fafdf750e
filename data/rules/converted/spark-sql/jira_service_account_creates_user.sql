lower(auditType.action) = lower('User created') AND startswith(lower(author.name), lower('svc-'))
