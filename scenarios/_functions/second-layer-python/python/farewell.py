TEXT = "from the second layer"
