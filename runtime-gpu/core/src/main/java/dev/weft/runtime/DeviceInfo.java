package dev.weft.runtime;

/**
 * What a device is.
 *
 * @param backend the provider's name: {@code cuda}, {@code opencl}, {@code jvm}
 * @param index its number at that provider, from 0
 * @param deviceClass the kind of machine
 * @param product the product's name
 * @param vendor who made it
 * @param driver the driver and its version
 * @param capabilities what it can do
 */
public record DeviceInfo(
    String backend,
    int index,
    DeviceClass deviceClass,
    String product,
    String vendor,
    String driver,
    Capabilities capabilities) {
  /**
   * The name that the command line takes: {@code opencl:0}; without a number for what is part of
   * this process and so exists once: {@code jvm}, {@code interpreter}.
   */
  public String name() {
    boolean once = deviceClass == DeviceClass.INTERPRETER || backend.equals("jvm");
    return once ? backend : backend + ":" + index;
  }

  /** What a compiled binary depends on besides its source: product and driver. */
  public String identity() {
    return String.join("|", backend, vendor, product, driver);
  }
}
