"""How answers look: pages are built once, from answers, and written as terminal text or Markdown; JSON needs none."""
