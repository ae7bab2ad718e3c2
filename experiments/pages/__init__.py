"""What results/ holds, on pages: one self-contained HTML page, and the table of the README."""
