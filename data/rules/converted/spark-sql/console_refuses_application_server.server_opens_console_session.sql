DestinationPort = 22 AND lower(Email) = lower('') AND lower(DeviceID) = lower('')
