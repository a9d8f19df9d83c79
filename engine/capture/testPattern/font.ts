/** Height of every glyph, in dots. */
export const GLYPH_ROWS = 7;

/** A font of dots with just the characters that the test pattern writes; rows from the top. */
const GLYPHS: Readonly<Record<string, string>> = {
  '0': ' ### |#   #|#   #|#   #|#   #|#   #| ### ',
  '1': '  #  | ##  |# #  |  #  |  #  |  #  |#####',
  '2': ' ### |#   #|    #|   # |  #  | #   |#####',
  '3': ' ### |#   #|    #|  ## |    #|#   #| ### ',
  '4': '   # |  ## | # # |#  # |#####|   # |   # ',
  '5': '#####|#    |#### |    #|    #|#   #| ### ',
  '6': ' ### |#    |#    |#### |#   #|#   #| ### ',
  '7': '#####|    #|   # |   # |  #  |  #  |  #  ',
  '8': ' ### |#   #|#   #| ### |#   #|#   #| ### ',
  '9': ' ### |#   #|#   #| ####|    #|    #| ### ',
  ':': '   |   | # |   |   | # |   ',
  '.': '   |   |   |   |   |   | # ',
  ' ': '     |     |     |     |     |     |     ',
  A: ' ### |#   #|#   #|#####|#   #|#   #|#   #',
  B: '#### |#   #|#   #|#### |#   #|#   #|#### ',
  C: ' ### |#   #|#    |#    |#    |#   #| ### ',
  E: '#####|#    |#    |#### |#    |#    |#####',
  F: '#####|#    |#    |#### |#    |#    |#    ',
  M: '#   #|## ##|# # #|# # #|#   #|#   #|#   #',
  O: ' ### |#   #|#   #|#   #|#   #|#   #| ### ',
  P: '#### |#   #|#   #|#### |#    |#    |#    ',
  R: '#### |#   #|#   #|#### |# #  |#  # |#   #',
  S: ' ####|#    |#    | ### |    #|    #|#### ',
  T: '#####|  #  |  #  |  #  |  #  |  #  |  #  ',
  x: '     |     |#   #| # # |  #  | # # |#   #',
};

/** Width of a character, in dots; unknown ones are as wide as a space. */
export function glyphColumns(character: string): number {
  return rowsOf(character)[0]?.length ?? 0;
}

/** Whether a character has ink at a dot; never outside of its glyph. */
export function hasInk(character: string, column: number, row: number): boolean {
  return rowsOf(character)[row]?.[column] === '#';
}

function rowsOf(character: string): string[] {
  return (GLYPHS[character] ?? GLYPHS[' '] ?? '').split('|');
}
