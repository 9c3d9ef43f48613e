"""`python -m tui_backprop` is `tui-backprop`."""

from tui_backprop.cli import main

raise SystemExit(main())
