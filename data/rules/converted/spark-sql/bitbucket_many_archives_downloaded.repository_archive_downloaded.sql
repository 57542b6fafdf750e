lower(auditType.category) = lower('Repositories') AND startswith(lower(auditType.action), lower('Repository archive'))
