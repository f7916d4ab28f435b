/* Floats to integers towards zero: saturating, NaN gives 0. */
WEFT_DEVICE int weft_int32(double a) { return a == a ? __double2int_rz(a) : 0; }
WEFT_DEVICE unsigned int weft_uint32(double a) { return a == a ? __double2uint_rz(a) : 0; }
WEFT_DEVICE long long weft_int64(float a) { return a == a ? __float2ll_rz(a) : 0; }
WEFT_DEVICE long long weft_int64(double a) { return a == a ? __double2ll_rz(a) : 0; }
WEFT_DEVICE unsigned long long weft_uint64(float a) { return a == a ? __float2ull_rz(a) : 0; }
WEFT_DEVICE unsigned long long weft_uint64(double a) { return a == a ? __double2ull_rz(a) : 0; }
