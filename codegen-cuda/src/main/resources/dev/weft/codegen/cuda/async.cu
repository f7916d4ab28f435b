/* Copies from global to shared memory that run beside the threads; sm_80 and later. Beyond `bytes`
   zeros are written. */
template <int SIZE>
WEFT_DEVICE void weft_copy_async(void* shared, const void* global, int bytes = SIZE) {
  unsigned int to = (unsigned int)__cvta_generic_to_shared(shared);
  if (SIZE == 16) {
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;"
                 :: "r"(to), "l"(global), "r"(bytes) : "memory");
  } else {
    asm volatile("cp.async.ca.shared.global [%0], [%1], %2, %3;"
                 :: "r"(to), "l"(global), "n"(SIZE), "r"(bytes) : "memory");
  }
}

WEFT_DEVICE void weft_commit_group() {
  asm volatile("cp.async.commit_group;" ::: "memory");
}

/* Waits until at most PENDING of the thread's groups are under way. */
template <int PENDING>
WEFT_DEVICE void weft_wait_group() {
  asm volatile("cp.async.wait_group %0;" :: "n"(PENDING) : "memory");
}
