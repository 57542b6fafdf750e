startswith(lower(author.name), lower('svc-')) AND NOT coalesce(exists(:integration_addresses, listed -> lower(listed) = lower(source)), false)
