lower(auditType.action) = lower('User created') AND startswith(lower(author.name), lower('svc-')) AND NOT coalesce(exists(:provisioning_accounts, listed -> lower(listed) = lower(author.name)), false)
