package dev.weft.runtime;

/**
 * A backend, found through {@link java.util.ServiceLoader}. Making one and asking its name must
 * touch nothing native.
 */
public interface DeviceProvider {
  /** The backend's name, the first part of its devices' names: {@code opencl}. */
  String name();

  /**
   * Looks for devices, by test-loading native libraries before any class that needs them. Never
   * throws for what a machine may lack.
   */
  DeviceProbe probe();

  /**
   * Opens a device.
   *
   * @param index as in {@link #probe}'s answer
   * @throws DeviceNotFoundException if there is none of that number
   */
  Device open(int index);
}
