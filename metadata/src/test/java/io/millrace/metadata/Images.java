package io.millrace.metadata;

import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.loader.LoaderManifest;

/// Waits until the published image is as a test wants it.
final class Images implements ImageListener {

  private MetadataImage latest = MetadataImage.EMPTY;

  @Override
  public synchronized void onImage(
      MetadataDelta delta, MetadataImage image, LoaderManifest manifest) {
    latest = image;
    notifyAll();
  }

  synchronized MetadataImage await(Predicate<MetadataImage> condition) throws Exception {
    long deadline = System.nanoTime() + 10_000_000_000L;
    while (!condition.test(latest)) {
      long left = (deadline - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        throw new TimeoutException("the image is " + latest);
      }
      wait(left);
    }
    return latest;
  }
}
