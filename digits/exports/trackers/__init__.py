"""A run in the tracker that somebody uses: TensorBoard, MLflow, or plain tables for any other."""
