"""Where are the nearest vectors? Milvus, filled from the catalog."""
