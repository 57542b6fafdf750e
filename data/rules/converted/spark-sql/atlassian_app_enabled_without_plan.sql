lower(auditType.category) = lower('Apps') AND (auditType.action rlike '(?iu).*(enabled|installed|uploaded).*') AND NOT lower(author.name) = lower('CHANGEOWNERS')
