package dev.weft.cli;

import java.io.PrintWriter;
import java.time.Duration;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** How far long work has come. */
interface Progress extends AutoCloseable {
  /** One more step is done. */
  void step();

  @Override
  void close();

  /** A bar on standard error. */
  static Progress bar(String task, long steps) {
    ProgressBar bar =
        new ProgressBarBuilder()
            .setTaskName(task)
            .setInitialMax(steps)
            .setStyle(ProgressBarStyle.ASCII)
            .setUpdateIntervalMillis(200)
            .clearDisplayOnFinish()
            .build();
    return new Progress() {
      @Override
      public void step() {
        bar.step();
      }

      @Override
      public void close() {
        bar.close();
      }
    };
  }

  /** A line every few seconds, so that short work prints none. */
  static Progress lines(String task, long steps, PrintWriter to) {
    long interval = Duration.ofSeconds(5).toNanos();
    return new Progress() {
      private long done;
      private long lastLine = System.nanoTime();

      @Override
      public void step() {
        done++;
        if (done < steps && System.nanoTime() - lastLine > interval) {
          lastLine = System.nanoTime();
          to.println("weft: " + task + ": " + done + " of " + steps);
          to.flush();
        }
      }

      @Override
      public void close() {}
    };
  }
}
