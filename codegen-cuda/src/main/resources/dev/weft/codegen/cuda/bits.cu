/* The bits of a value as another type of the same size. */
template <typename To, typename From>
WEFT_DEVICE To weft_bits(From from) {
  static_assert(sizeof(To) == sizeof(From), "other size");
  To to;
  memcpy(&to, &from, sizeof(To));
  return to;
}
