package dev.weft.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.base.DType;
import dev.weft.runtime.Capabilities;
import dev.weft.runtime.DeviceInfo;
import dev.weft.runtime.DeviceProbe;
import dev.weft.runtime.Devices;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;

/** {@code weft devices}: every backend, with what it found or why it found nothing. */
@Command(
    name = "devices",
    description = "Lists each backend: its devices and what they can do, or why there are none.",
    footer = {"", "Example:", "  weft devices --json devices.json"})
final class DevicesCommand extends Action {
  private static final Comparator<DType> BY_KIND =
      Comparator.comparing(DType::code).thenComparingInt(DType::bits);

  DevicesCommand(Console console) {
    super(console);
  }

  @Override
  boolean run(ObjectNode figures) {
    Devices devices = Devices.installed();
    List<DeviceInfo> all = devices.list();
    String best = all.isEmpty() ? "" : all.get(0).name();
    figures.put("best", best);
    ArrayNode backends = figures.putArray("backends");
    devices
        .probe()
        .forEach(
            (backend, probe) -> {
              ObjectNode json = backends.addObject().put("backend", backend);
              switch (probe) {
                case DeviceProbe.Found(List<DeviceInfo> found) -> {
                  ArrayNode list = json.putArray("devices");
                  found.forEach(info -> device(info, info.name().equals(best), list.addObject()));
                }
                case DeviceProbe.Missing(String reason, String remedy) -> {
                  json.put("missing", reason).put("remedy", remedy);
                  console().print(backend + ": none: " + reason);
                  console().print("  to get it: " + remedy);
                }
              }
            });
    if (all.isEmpty()) {
      console().print("There is no device on this machine.");
    }
    return !all.isEmpty();
  }

  private void device(DeviceInfo info, boolean best, ObjectNode json) {
    Capabilities can = info.capabilities();
    console().print(info.name() + ": " + info.product() + (best ? "  (best)" : ""));
    TextTable table = new TextTable(TextTable.Align.LEFT, TextTable.Align.LEFT);
    table.row("made by", info.vendor() + ", " + info.driver());
    table.row("stores", dtypes(can.storageDtypes()));
    table.row("computes in", dtypes(can.arithmeticDtypes()));
    table.row(
        "memory",
        Figures.bytes(can.globalBytes())
            + ", the largest buffer "
            + Figures.bytes(can.maxAllocationBytes())
            + (can.unifiedMemory() ? ", shared with the host" : ""));
    table.row("shared memory", Figures.bytes(can.sharedBytes()) + " a block");
    table.row(
        "threads",
        can.maxThreadsPerBlock()
            + " a block (at most "
            + can.maxBlock().stream().map(String::valueOf).collect(Collectors.joining(" x "))
            + "), subgroups of "
            + can.subgroupSize());
    table.row(
        "units",
        can.computeUnits()
            + (can.clockMegahertz() == 0 ? "" : " at " + can.clockMegahertz() + " MHz"));
    table.row("float32 vector", can.vectorWidth(DType.FLOAT32) + " lanes");
    table.row("tensor cores", hasTensorCores(can) ? "yes" : "no");
    table.row("programs", lower(can.formats()));
    if (console().isVerbose()) {
      table.row("extensions", String.join(" ", can.extensions().stream().sorted().toList()));
    }
    table.lines().forEach(console()::print);

    json.put("name", info.name()).put("best", best).put("product", info.product());
    json.put("class", info.deviceClass().name().toLowerCase(Locale.ROOT));
    json.put("vendor", info.vendor()).put("driver", info.driver());
    sorted(can.storageDtypes()).forEach(json.putArray("storage_dtypes")::add);
    sorted(can.arithmeticDtypes()).forEach(json.putArray("arithmetic_dtypes")::add);
    json.put("memory_bytes", can.globalBytes());
    json.put("max_allocation_bytes", can.maxAllocationBytes());
    json.put("unified_memory", can.unifiedMemory());
    json.put("shared_bytes", can.sharedBytes());
    json.put("max_threads", can.maxThreadsPerBlock());
    can.maxBlock().forEach(json.putArray("max_block")::add);
    json.put("subgroup_size", can.subgroupSize());
    json.put("compute_units", can.computeUnits());
    json.put("clock_mhz", can.clockMegahertz());
    json.put("tensor_cores", hasTensorCores(can));
    can.extensions().stream().sorted().forEach(json.putArray("extensions")::add);
  }

  /** Backends name the architecture among the extensions; tensor cores came with sm_70. */
  private static boolean hasTensorCores(Capabilities can) {
    return can.extensions().stream()
        .filter(extension -> extension.matches("sm_\\d+[af]?"))
        .anyMatch(extension -> Integer.parseInt(extension.replaceAll("\\D", "")) >= 70);
  }

  private static String dtypes(Collection<DType> dtypes) {
    return String.join(" ", sorted(dtypes));
  }

  private static List<String> sorted(Collection<DType> dtypes) {
    return dtypes.stream().sorted(BY_KIND).map(DType::toString).toList();
  }

  private static String lower(Collection<? extends Enum<?>> values) {
    return values.stream()
        .map(value -> value.name().toLowerCase(Locale.ROOT).replace('_', ' '))
        .sorted()
        .collect(Collectors.joining(", "));
  }
}
