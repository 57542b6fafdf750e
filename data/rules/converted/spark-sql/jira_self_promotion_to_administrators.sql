lower(auditType.action) = lower('User added to group') AND contains(lower(affectedObjects.name), lower('admin')) AND affectedObjects.name = author.name
