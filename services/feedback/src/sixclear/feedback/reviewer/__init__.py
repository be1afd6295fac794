"""The register of experts who review initiatives and solutions: kept by the hub, published nowhere."""
