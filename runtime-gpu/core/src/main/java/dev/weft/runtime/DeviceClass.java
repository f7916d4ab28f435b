package dev.weft.runtime;

/** What kind of machine a device is. */
public enum DeviceClass {
  /** A graphics processor or another accelerator. */
  GPU,
  /** The host's processor, running compiled code. */
  CPU,
  /** An interpreter: right, not fast. */
  INTERPRETER
}
