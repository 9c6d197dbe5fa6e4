"""What runs in the containers of docker-compose.yml beside Airflow. Imports nothing of that, to start at once."""
