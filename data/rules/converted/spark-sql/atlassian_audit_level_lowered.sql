lower(auditType.action) = lower('Audit Log configuration updated') AND (endswith(lower(changedValues.to), lower('off')) OR endswith(lower(changedValues.to), lower('base')))
