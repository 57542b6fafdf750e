lower(auditType.action) = lower('User created') AND startswith(lower(author.name), lower('svc-')) AND NOT lower(author.name) = lower('PROVISIONINGACCOUNTS')
