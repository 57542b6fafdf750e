(auditType.action rlike '(?iu).*(User\\ created|added\\ to\\ group|Global\\ permission\\ added|script).*') AND startswith(lower(author.name), lower('svc-'))
