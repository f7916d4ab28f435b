package dev.weft.runtime;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/** All devices of this machine, over all backends on the class path. */
public final class Devices {
  /** The device name that picks the fastest kind there is. */
  public static final String BEST = "best";

  private final List<DeviceProvider> providers;

  /** The devices of the given backends. */
  public Devices(List<DeviceProvider> providers) {
    this.providers = List.copyOf(providers);
  }

  /** The devices of the backends that {@link ServiceLoader} finds; the broken ones are left out. */
  public static Devices installed() {
    List<DeviceProvider> found = new ArrayList<>();
    ServiceLoader.load(DeviceProvider.class).stream()
        .forEach(
            provider -> {
              try {
                found.add(provider.get());
              } catch (ServiceConfigurationError | LinkageError e) {
                found.add(new Broken(provider.type().getSimpleName(), e));
              }
            });
    return new Devices(found);
  }

  /** Each backend's answer, by its name, the backend with the best device first. */
  public Map<String, DeviceProbe> probe() {
    record Answer(String name, DeviceProbe probe) {
      int rank() {
        return switch (probe) {
          case DeviceProbe.Found(List<DeviceInfo> devices) ->
              devices.stream().mapToInt(Devices::rank).min().orElseThrow();
          case DeviceProbe.Missing missing -> Integer.MAX_VALUE;
        };
      }
    }
    return providers.stream()
        .map(provider -> new Answer(provider.name(), provider.probe()))
        .sorted(Comparator.comparingInt(Answer::rank).thenComparing(Answer::name))
        .collect(Collectors.toMap(Answer::name, Answer::probe, (a, b) -> a, LinkedHashMap::new));
  }

  /** Every device, the best first: CUDA, other GPUs, OpenCL on CPU, JVM, interpreters. */
  public List<DeviceInfo> list() {
    return probe().values().stream()
        .flatMap(
            probe ->
                switch (probe) {
                  case DeviceProbe.Found(List<DeviceInfo> devices) -> devices.stream();
                  case DeviceProbe.Missing missing -> java.util.stream.Stream.empty();
                })
        .sorted(Comparator.comparingInt(Devices::rank))
        .toList();
  }

  private static int rank(DeviceInfo device) {
    return switch (device.deviceClass()) {
      case GPU -> device.backend().equals("cuda") ? 0 : 1;
      case CPU -> device.backend().equals("jvm") ? 3 : 2;
      case INTERPRETER -> device.backend().equals("interpreter") ? 4 : 5;
    };
  }

  /**
   * Opens a device.
   *
   * @param name {@code best}, a backend ({@code jvm}) or a backend and a number ({@code opencl:0})
   * @throws DeviceNotFoundException if there is none; names those there are and how to get one
   */
  public Device open(String name) {
    if (name.equals(BEST)) {
      DeviceInfo best =
          list().stream()
              .findFirst()
              .orElseThrow(() -> notFound("there is no device on this machine", name));
      return provider(best.backend(), name).open(best.index());
    }
    int colon = name.indexOf(':');
    String backend = colon < 0 ? name : name.substring(0, colon);
    int index = colon < 0 ? 0 : index(name, name.substring(colon + 1));
    DeviceProvider provider = provider(backend, name);
    return switch (provider.probe()) {
      case DeviceProbe.Found(List<DeviceInfo> devices) -> {
        if (devices.stream().noneMatch(device -> device.index() == index)) {
          throw notFound("there is no device '" + name + "'", name);
        }
        yield provider.open(index);
      }
      case DeviceProbe.Missing(String reason, String remedy) ->
          throw new DeviceNotFoundException(
              "there is no device '" + name + "': " + reason, "", remedy + "; " + present());
    };
  }

  private int index(String name, String digits) {
    if (!digits.matches("\\d{1,6}")) {
      throw notFound("'" + name + "' is no device name", name);
    }
    return Integer.parseInt(digits);
  }

  private DeviceProvider provider(String backend, String name) {
    return providers.stream()
        .filter(provider -> provider.name().equals(backend))
        .findFirst()
        .orElseThrow(() -> notFound("there is no device '" + name + "'", name));
  }

  private DeviceNotFoundException notFound(String what, String name) {
    String known = name.equals(BEST) ? "" : present();
    String missing =
        probe().entrySet().stream()
            .filter(entry -> entry.getValue() instanceof DeviceProbe.Missing)
            .map(
                entry -> {
                  DeviceProbe.Missing probe = (DeviceProbe.Missing) entry.getValue();
                  return entry.getKey() + ": " + probe.reason() + " (" + probe.remedy() + ")";
                })
            .collect(Collectors.joining("; "));
    return new DeviceNotFoundException(
        what, "", known.isEmpty() || missing.isEmpty() ? known + missing : known + "; " + missing);
  }

  private String present() {
    List<String> names = list().stream().map(DeviceInfo::name).toList();
    return names.isEmpty() ? "there is no other device" : "there are " + String.join(", ", names);
  }

  /** Stands for a backend whose classes can't be loaded. */
  private record Broken(String name, Throwable cause) implements DeviceProvider {
    @Override
    public DeviceProbe probe() {
      return new DeviceProbe.Missing(
          "the backend can't be loaded: " + cause.getMessage(),
          "put all of the backend's dependencies on the class path");
    }

    @Override
    public Device open(int index) {
      throw new DeviceNotFoundException(
          "the backend " + name + " can't be loaded: " + cause.getMessage(),
          "",
          "put all of the backend's dependencies on the class path");
    }
  }
}
