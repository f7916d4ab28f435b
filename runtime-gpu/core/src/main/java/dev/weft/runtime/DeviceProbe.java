package dev.weft.runtime;

import java.util.List;

/** What a provider found on this machine. */
public sealed interface DeviceProbe {
  /** At least one device, in the order of their indices. */
  record Found(List<DeviceInfo> devices) implements DeviceProbe {
    /** Copies the list and refuses an empty one. */
    public Found {
      devices = List.copyOf(devices);
      if (devices.isEmpty()) {
        throw new IllegalArgumentException("Found needs a device; use Missing");
      }
    }
  }

  /**
   * None.
   *
   * @param reason why: a library that is not there, a driver without devices
   * @param remedy how to get one: a package, a command
   */
  record Missing(String reason, String remedy) implements DeviceProbe {}
}
