"""What is measured side by side: ours, the floor, AWS's RIE, other endpoints, and the measuring client itself."""
