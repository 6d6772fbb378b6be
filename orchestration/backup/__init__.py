"""What no rebuild can give back, kept elsewhere and brought back: `save`, `restore`, `store`."""
