"""What raters are shown: trials, sessions, texts and images, drawn and balanced."""
