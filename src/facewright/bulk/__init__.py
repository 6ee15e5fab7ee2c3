"""Photos by the million: embedded or scored in shards, here or on a cluster, each photo once."""
