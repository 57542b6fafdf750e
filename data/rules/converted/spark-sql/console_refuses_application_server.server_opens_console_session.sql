DestinationPort = 22 AND lower(SourceIP) = lower('APPLICATIONSERVERS')
