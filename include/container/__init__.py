"""What runs in the containers of docker-compose.yml beside Airflow. Uses nothing but Python's standard library."""
