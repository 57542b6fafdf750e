startswith(lower(message), lower('Connection closed by')) AND endswith(lower(message), lower('[preauth]'))
