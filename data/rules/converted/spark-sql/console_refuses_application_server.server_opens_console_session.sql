DestinationPort = 22 AND exists(:application_servers, listed -> lower(listed) = lower(SourceIP))
