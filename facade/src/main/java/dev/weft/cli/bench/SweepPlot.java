package dev.weft.cli.bench;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.VectorGraphicsEncoder.VectorGraphicsFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Draws sweeps as SVG. */
final class SweepPlot {
  private static final int WIDTH = 900;
  private static final int HEIGHT = 560;

  private SweepPlot() {}

  /** Points of one contestant. */
  private record Series(List<Double> x, List<Double> y) {
    Series() {
      this(new ArrayList<>(), new ArrayList<>());
    }

    void add(double newX, double newY) {
      x.add(newX);
      y.add(newY);
    }
  }

  /** GFLOP/s over size, or GB/s where operations don't count. */
  static byte[] speed(String workload, Map<Long, List<Result>> points) throws IOException {
    boolean counts = points.values().stream().flatMap(List::stream).anyMatch(r -> r.gflops() > 0);
    XYChart chart = chart(workload, "size", counts ? "GFLOP/s" : "GB/s", false);
    Map<String, Series> series = new LinkedHashMap<>();
    points.forEach(
        (size, results) -> {
          for (Result result : results) {
            double speed = counts ? result.gflops() : result.gigabytes();
            if (speed > 0) {
              series
                  .computeIfAbsent(result.contestant(), key -> new Series())
                  .add((double) size, speed);
            }
          }
        });
    series.forEach((name, s) -> chart.addSeries(name, s.x(), s.y()));
    return svg(chart);
  }

  /**
   * GFLOP/s over operations a byte, below what the device reaches at best.
   *
   * @param gflops the peak of arithmetic
   * @param gigabytes the peak of copying
   */
  static byte[] roofline(
      String workload, Map<Long, List<Result>> points, double gflops, double gigabytes)
      throws IOException {
    XYChart chart = chart(workload + ": roofline", "FLOP per byte", "GFLOP/s", true);
    Map<String, Series> series = new LinkedHashMap<>();
    double least = gflops / gigabytes;
    double most = least;
    for (List<Result> results : points.values()) {
      for (Result result : results) {
        if (result.gflops() > 0) {
          double intensity = result.flops() / result.bytes();
          least = Math.min(least, intensity);
          most = Math.max(most, intensity);
          series
              .computeIfAbsent(result.contestant(), key -> new Series())
              .add(intensity, result.gflops());
        }
      }
    }
    series.forEach(
        (name, s) ->
            chart
                .addSeries(name, s.x(), s.y())
                .setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Scatter));
    double ridge = gflops / gigabytes;
    double from = least / 2;
    chart
        .addSeries(
            "measured peaks",
            List.of(from, ridge, Math.max(most * 2, ridge * 2)),
            List.of(from * gigabytes, gflops, gflops))
        .setMarker(SeriesMarkers.NONE);
    return svg(chart);
  }

  private static XYChart chart(String title, String x, String y, boolean logarithmicY) {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(title)
            .xAxisTitle(x)
            .yAxisTitle(y)
            .build();
    chart.getStyler().setXAxisLogarithmic(true);
    chart.getStyler().setYAxisLogarithmic(logarithmicY);
    chart.getStyler().setLegendPosition(LegendPosition.OutsideE);
    if (!logarithmicY) {
      chart.getStyler().setYAxisMin(0.0);
    }
    return chart;
  }

  private static byte[] svg(XYChart chart) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    VectorGraphicsEncoder.saveVectorGraphic(chart, out, VectorGraphicsFormat.SVG);
    return out.toByteArray();
  }
}
