package dev.weft.runtime;

import static dev.weft.runtime.FakeDevices.info;
import static dev.weft.runtime.FakeDevices.provider;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class DevicesTest {
  private static DeviceProvider found(String backend, DeviceClass... kinds) {
    List<DeviceInfo> infos = new java.util.ArrayList<>();
    for (int i = 0; i < kinds.length; i++) {
      infos.add(info(backend, i, kinds[i]));
    }
    return provider(backend, new DeviceProbe.Found(infos));
  }

  private static DeviceProvider missing(String backend) {
    return provider(backend, new DeviceProbe.Missing("no driver", "install one"));
  }

  private static List<String> order(DeviceProvider... providers) {
    return new Devices(List.of(providers)).list().stream().map(DeviceInfo::name).toList();
  }

  @Test
  void theFastestKindComesFirst() {
    List<String> order =
        order(
            found("simt", DeviceClass.INTERPRETER),
            found("interpreter", DeviceClass.INTERPRETER),
            found("jvm", DeviceClass.CPU),
            found("opencl", DeviceClass.CPU, DeviceClass.GPU),
            found("cuda", DeviceClass.GPU, DeviceClass.GPU));

    assertThat(order)
        .containsExactly("cuda:0", "cuda:1", "opencl:1", "opencl:0", "jvm", "interpreter", "simt");
  }

  @Test
  void probeTellsOfEveryBackendAndPutsThoseWithoutDevicesLast() {
    Devices devices = new Devices(List.of(missing("cuda"), found("jvm", DeviceClass.CPU)));

    assertThat(devices.probe().keySet()).containsExactly("jvm", "cuda");
  }

  @Test
  void opensByBackendByNumberAndTheBest() {
    Devices devices =
        new Devices(
            List.of(
                found("jvm", DeviceClass.CPU), found("opencl", DeviceClass.GPU, DeviceClass.CPU)));

    assertThat(nameOf(devices, "opencl:1")).isEqualTo("opencl:1");
    assertThat(nameOf(devices, "opencl")).isEqualTo("opencl:0");
    assertThat(nameOf(devices, "jvm")).isEqualTo("jvm");
    assertThat(nameOf(devices, "best")).isEqualTo("opencl:0");
  }

  private static String nameOf(Devices devices, String name) {
    try (Device device = devices.open(name)) {
      return device.info().name();
    }
  }

  @Test
  void anUnknownDeviceIsAnErrorThatListsTheKnownOnesAndHowToGetOthers() {
    Devices devices = new Devices(List.of(found("jvm", DeviceClass.CPU), missing("opencl")));

    assertThatThrownBy(() -> devices.open("opencl:0"))
        .isInstanceOf(DeviceNotFoundException.class)
        .hasMessage("there is no device 'opencl:0': no driver; install one; there are jvm");
    assertThatThrownBy(() -> devices.open("metal:0"))
        .isInstanceOf(DeviceNotFoundException.class)
        .hasMessage("there is no device 'metal:0'; there are jvm; opencl: no driver (install one)");
    assertThatThrownBy(() -> devices.open("jvm:3"))
        .isInstanceOf(DeviceNotFoundException.class)
        .hasMessageContaining("there is no device 'jvm:3'");
    assertThatThrownBy(() -> devices.open("jvm:x"))
        .isInstanceOf(DeviceNotFoundException.class)
        .hasMessageContaining("'jvm:x' is no device name");
  }

  @Test
  void bestWithoutAnyDeviceSaysWhy() {
    Devices devices = new Devices(List.of(missing("opencl")));

    assertThatThrownBy(() -> devices.open("best"))
        .isInstanceOf(DeviceNotFoundException.class)
        .hasMessage("there is no device on this machine; opencl: no driver (install one)");
  }
}
