endswith(lower(ParentImage), lower('/java')) AND (Image rlike '(?iu)(/sh|/bash|/dash|/curl|/wget|/python3|/perl)$')
