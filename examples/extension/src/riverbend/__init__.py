"""What one fulfilment firm puts in at the ports of firstbest."""
