auditType.action is not null
